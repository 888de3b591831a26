import { describeRecognition } from './recognition';
import { NODE_RED_4 } from './support/node-red';

describeRecognition('Node-RED 4', NODE_RED_4);
