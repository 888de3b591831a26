// The tabs of a dialog, and the line that explains the setting somebody is at.
import { ownText, sharedText } from './red';
import type { EditorNode } from './red';

/** Node-RED's tabs, which its types leave out. */
interface Tabs {
  addTab: (tab: { id: string; label: string }) => void;
  activateTab: (id: string) => void;
  resize: () => void;
}

/** Makes a tab of each `.asr-tab`; its `data-asr-tab` is the key of its name. */
export function prepareTabs(node: EditorNode): void {
  const parts = $('.asr-form .asr-tab');
  const { create } = (RED as unknown as { tabs: { create: (options: object) => Tabs } }).tabs;
  const tabs = create({
    id: 'asr-tabs',
    onchange: ({ id }: { id: string }) => {
      parts.hide();
      $(`#${id}`).show();
    },
  });
  parts.each(function () {
    const label = ownText(node, `tab.${$(this).attr('data-asr-tab') ?? ''}`);
    tabs.addTab({ id: $(this).attr('id') ?? '', label });
  });
  // Node-RED takes two clicks within 400 ms for a double click, also on different tabs, and a key for nothing.
  $('#asr-tabs').on('click', 'a', function () {
    tabs.activateTab(($(this).attr('href') ?? '').slice(1));
  });
  // They have no width before the dialog is shown.
  setTimeout(() => {
    tabs.resize();
  });
}

/**
 * In a compact part the explanations of the settings are hidden, and one line at its end shows the one of the setting
 * that has the focus or the mouse.
 */
export function explainCompactRows(): void {
  $('.asr-form .asr-compact').each(function () {
    const part = $(this);
    const line = part.children('.asr-hint').text(sharedText('hint.none'));
    const explain = (row: JQuery): void => {
      const text = row.next('.asr-policy').text().trim();
      if (text !== '') line.text(text);
    };
    part.on('focusin mouseover', '.form-row', function () {
      explain($(this) as JQuery);
    });
  });
}

/** Lets screen readers read the explanation of a field, also where it is hidden. */
export function describeFields(): void {
  $('.asr-form .asr-compact .form-row').each(function () {
    const hint = $(this).next('.asr-policy').uniqueId().attr('id');
    if (hint !== undefined) $(this).find('input, select, textarea').attr('aria-describedby', hint);
  });
}
