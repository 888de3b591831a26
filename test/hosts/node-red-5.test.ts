import { describeRecognition } from './recognition';
import { NODE_RED_5 } from './support/node-red';

describeRecognition('Node-RED 5 on Node 24', NODE_RED_5);
