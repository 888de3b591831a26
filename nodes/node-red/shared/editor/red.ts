// What the dialogs use of Node-RED's editor. Its types know a node only as an object, so the properties are named
// here.
import type editorClient from '@node-red/editor-client';

declare global {
  const RED: editorClient.RED;
  interface JQuery {
    /** jQuery UI: sets an id where there is none. */
    uniqueId(): this;
  }
}

/** The text of a catalogue with its placeholders filled in. */
export type Translate = (key: string, values?: Record<string, string | number>) => string;

/** A node in the editor; the settings are those of `defaults` in the node's HTML. */
export interface EditorNode {
  id: string;
  type: string;
  /** The id of its tab or subflow. */
  z: string;
  /** Whether it is disabled. */
  d?: boolean;
  name?: string;
  connection?: string;
  session?: string;
  model?: string;
  mode?: string;
  /** Text from the dialog, or a number in a generated flow. */
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

/** A text that several dialogs use; it belongs to the session node. */
export function sharedText(key: string, values?: Record<string, string | number>): string {
  const definition = RED.nodes.getType('asr-session') as unknown as { _: Translate };
  return definition._(`asr-session.${key}`, values);
}

/** A text of the node itself. */
export function ownText(node: EditorNode, key: string, values?: Record<string, string | number>): string {
  return node._def._(`${node.type}.${key}`, values);
}

/** The text in a form field; a list of choices is not a text. */
export function textIn(field: JQuery): string {
  const value = field.val();
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** A field of the dialog that is open. */
export function fieldOf(name: string): JQuery {
  return $(`#node-input-${name}`);
}

/** Lets screen readers find the label of a typed input too, because the field that the label belongs to is hidden. */
export function labelTypedInputs(): void {
  $('.asr-form .red-ui-typedInput-container').each(function () {
    const label = $(this).closest('.form-row').children('label').uniqueId();
    // The button that opens a larger editor only has an icon.
    $(this)
      .find('input, .red-ui-typedInput-option-expand')
      .attr('aria-labelledby', label.attr('id') ?? '');
  });
}
