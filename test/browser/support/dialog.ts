import type { Locator } from '../../support/browser';
import type { Editor } from './editor';

/** The open dialog of a node. */
export class Dialog {
  readonly selector: string;
  readonly #editor: Editor;
  readonly #prefix: string;

  private constructor(editor: Editor, isConfig: boolean) {
    this.#editor = editor;
    this.#prefix = isConfig ? 'node-config' : 'node';
    this.selector = isConfig ? '#node-config-dialog-edit-form' : '#dialog-form';
  }

  static async open(editor: Editor, id: string): Promise<Dialog> {
    const isConfig = await editor.run<boolean>(`RED.nodes.node('${id}')._def.category === 'config'`);
    const dialog = new Dialog(editor, isConfig);
    // Where somebody would open it; what it offers is what can be used in the flow that is shown.
    await editor.run(`RED.nodes.node('${id}').z && RED.workspaces.show(RED.nodes.node('${id}').z)`);
    await editor.run(
      isConfig
        ? `RED.editor.editConfig('', RED.nodes.node('${id}').type, '${id}')`
        : `RED.editor.edit(RED.nodes.node('${id}'))`,
    );
    await dialog.#button('ok').waitFor();
    // Its buttons are there before its fields, and it slides in after them. The editor's last step is to raise it.
    await editor.page.waitForFunction(`$('#red-ui-editor-stack').css('zIndex') === '13'`);
    return dialog;
  }

  form(): Locator {
    return this.#editor.page.locator(this.selector);
  }

  async set(name: string, value: string): Promise<void> {
    const isSelect = await this.#field(name).evaluate((element) => element.tagName === 'SELECT');
    await (isSelect ? this.choose(name, value) : this.fill(name, value));
  }

  async fill(name: string, value: string): Promise<void> {
    await this.show(name);
    await this.#field(name).fill(value);
    await this.#field(name).blur();
  }

  async fillNumbers(values: Record<string, string>): Promise<void> {
    for (const [name, value] of Object.entries(values)) await this.fill(name, value);
  }

  async choose(name: string, value: string): Promise<void> {
    await this.show(name);
    await this.#field(name).selectOption(value);
  }

  /** Opens the tab of a field. */
  async show(name: string): Promise<void> {
    const tab = await this.#editor.run<string | null>(
      `$('#${this.#prefix}-input-${name}').closest('.asr-tab:hidden').attr('id') ?? null`,
    );
    if (tab !== null) await this.openTab(tab.replace('asr-tab-', ''));
  }

  /** The names of the tabs, as the dialog's own. */
  tabs(): Promise<string[]> {
    return this.#editor.run(`$('${this.selector} .asr-tab').toArray().map(({ dataset }) => dataset.asrTab)`);
  }

  async openTab(name: string): Promise<void> {
    await this.form().locator(`#asr-tabs a[href="#asr-tab-${name}"]`).click();
    await this.form().locator(`#asr-tab-${name}`).waitFor();
  }

  /** Of a typed input. */
  async type(name: string, type: string, value: string): Promise<void> {
    const field = `$('#${this.#prefix}-input-${name}')`;
    await this.#editor.run(
      `${field}.typedInput('type', '${type}'); ${field}.typedInput('value', '${value}')`,
    );
  }

  /** A setting of the model. */
  async fillParameter(name: string, value: string): Promise<void> {
    await this.openTab('recognition');
    const field = this.#editor.page.locator(`#asr-parameter-${name}`);
    const kind = await field.evaluate((element) =>
      element.tagName === 'SELECT'
        ? 'select'
        : element.classList.contains('red-ui-typedInput')
          ? 'typed'
          : 'text',
    );
    if (kind === 'select') await field.selectOption(value);
    else if (await field.isVisible()) await field.fill(value);
    else await this.#editor.run(`$('#asr-parameter-${name}').typedInput('value', ${JSON.stringify(value)})`);
  }

  /** What every field says, by its id. */
  values(): Promise<Record<string, string>> {
    return this.#editor.run(
      `Object.fromEntries($('${this.selector} :input[id]').toArray().map((field) => [field.id, $(field).val()]))`,
    );
  }

  /** What is there to be read: labels, choices and hints that are shown, and what stands in empty fields. */
  texts(): Promise<string[]> {
    return this.#editor.run(`[...new Set(
      $('${this.selector} *').toArray()
        .filter((element) => (element.closest('select') ?? element).checkVisibility())
        .flatMap((element) => [
          ...[...element.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ data }) => data),
          ...['placeholder', 'title', 'aria-label'].map((name) => element.getAttribute(name) ?? ''),
        ])
        .map((text) => text.trim())
        .filter((text) => text !== ''),
    )]`);
  }

  /** Ids of the fields that are shown as wrong. */
  faults(): Promise<string[]> {
    return this.#editor.run(
      `$('${this.selector} .input-error').toArray().map((field) => field.id || field.className)`,
    );
  }

  async done(): Promise<void> {
    await this.#button('ok').click();
    await this.#button('ok').waitFor({ state: 'detached' });
  }

  async cancel(): Promise<void> {
    await this.#button('cancel').click();
    await this.#button('cancel').waitFor({ state: 'detached' });
  }

  #field(name: string): Locator {
    return this.#editor.page.locator(`#${this.#prefix}-input-${name}`);
  }

  #button(name: 'ok' | 'cancel'): Locator {
    return this.#editor.page.locator(`#${this.#prefix}-dialog-${name}`);
  }
}
