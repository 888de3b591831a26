// What the dialogs use of Node-RED's editor. Its types know a node only as an object, so the properties are named here.
import type editorClient from '@node-red/editor-client';

declare global {
  const RED: editorClient.RED;
  interface JQuery {
    /** Of jQuery UI: gives an id where there is none. */
    uniqueId(): this;
  }
}

/** A text of a catalogue, with its places filled in. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** A node as the editor has it; the settings are those of the `defaults` in the node's HTML. */
export interface EditorNode {
  id: string;
  type: string;
  /** The tab or the subflow that it stands on. */
  z: string;
  /** Disabled. */
  d?: boolean;
  name?: string;
  connection?: string;
  session?: string;
  model?: string;
  mode?: string;
  /** Text from the dialog, perhaps a number from whoever writes flows by a program. */
  sampleRate?: string | number;
  wireFormat?: string;
  parameters?: Record<string, unknown>;
  _: Translate;
  _def: { _: Translate };
  [setting: string]: unknown;
}

/** A tab or a subflow. */
export interface EditorFlow {
  id: string;
  label?: string;
  name?: string;
  disabled?: boolean;
}

export function nodeOf(id: string | undefined): EditorNode | undefined {
  return id === undefined ? undefined : ((RED.nodes.node(id) ?? undefined) as EditorNode | undefined);
}

export function nodesOfType(type: string): EditorNode[] {
  return RED.nodes.filterNodes({ type }) as EditorNode[];
}

/** A tab. */
export function workspaceOf(id: string): EditorFlow | undefined {
  // The types leave the id out.
  const { workspace } = RED.nodes as { workspace: (id: string) => object | undefined };
  return workspace(id) as EditorFlow | undefined;
}

/** What people call the tab or the subflow. */
export function flowLabel(id: string): string {
  const flow = workspaceOf(id) ?? (RED.nodes.subflow(id) as EditorFlow | undefined);
  return flow?.label || flow?.name || id;
}

/** A text that several dialogs use: they are the session node's. */
export function sharedText(key: string, values?: Record<string, string | number>): string {
  const definition = RED.nodes.getType('asr-session') as unknown as { _: Translate };
  return definition._(`asr-session.${key}`, values);
}

/** A text of the node's own. */
export function ownText(node: EditorNode, key: string, values?: Record<string, string | number>): string {
  return node._def._(`${node.type}.${key}`, values);
}

/** What a field of a form says; a list of choices is not a text. */
export function textIn(field: JQuery): string {
  const value = field.val();
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A field of the dialog that is open. */
export function fieldOf(name: string): JQuery {
  return $(`#node-input-${name}`);
}

/** Screen readers find the label of a row at a typed input too: the field that the label is for is hidden. */
export function labelTypedInputs(): void {
  $('.asr-form .red-ui-typedInput-container').each(function () {
    const label = $(this).closest('.form-row').children('label').uniqueId();
    // The button that opens a larger editor has a picture alone.
    $(this)
      .find('input, .red-ui-typedInput-option-expand')
      .attr('aria-labelledby', label.attr('id') ?? '');
  });
}
