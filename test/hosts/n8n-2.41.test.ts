import { describeWorkflows } from './n8n-workflows';

describeWorkflows('2.41');
