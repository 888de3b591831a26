// The page's texts in the language of the browser. Both languages have the same keys.
export const TEXTS: Readonly<Record<'en-US' | 'zh-CN', Readonly<Record<string, string>>>> = {
  'en-US': {
    title: 'Live microphone',
    transcript: 'What was said',
    hint: 'Press the button and speak. Grey words may still change, the others stay.',
    level: 'Level',
    device: 'Microphone',
    cleaned: 'Remove echo and noise',
    'cleaned.hint':
      'Switch it off for music, for several people around one microphone, or where the beginnings of words are missing.',
    mute: 'Mute',
    'mode.legend': 'Microphone is open',
    'mode.hold': 'while I hold the button',
    'mode.free': 'until I stop it',
    'talk.hold': 'Hold to talk',
    'talk.start': 'Start',
    'talk.stop': 'Stop',
    'state.connecting': 'connecting',
    'state.open': 'ready',
    'state.lost': 'no connection',
    'state.listening': 'listening',
    'state.muted': 'muted',
    'problem.away':
      'Node-RED does not answer, or its flow has no microphone here at the moment. Trying again.',
    'problem.token': 'This token is not the one of the microphone.',
    'problem.full': 'As many people as the flow allows are speaking already. Trying again.',
    token: 'Token',
    'token.send': 'Continue',
    'problem.dropped': 'The network is slower than your voice: {seconds} s of it were lost.',
    'problem.reconnecting': 'The connection to the recogniser was lost. Your words are kept; it tries again.',
    'problem.insecure':
      'Browsers give the microphone only to pages from https:// or from localhost. This one comes from {detail}. Open it on the machine itself as http://localhost, or put https in front of Node-RED.',
    'problem.unsupported': 'This browser has no microphone for pages. A current one is needed.',
    'problem.denied':
      'The browser may not give this page the microphone. Allow it beside the address, and press again.',
    'problem.none': 'No microphone was found. Plug one in, and press again.',
    'problem.busy': 'The microphone is in use by another program, or does not answer. ({detail})',
    'problem.ended': 'The microphone is gone: it was unplugged, or the permission was taken back.',
    'problem.failed': 'The microphone cannot be opened: {detail}',
    'emotion.neutral': 'neutral',
    'emotion.happy': 'happy',
    'emotion.sad': 'sad',
    'emotion.angry': 'angry',
    'emotion.surprised': 'surprised',
    'emotion.disgusted': 'disgusted',
    'emotion.fearful': 'fearful',
    'emotion.positive': 'positive',
    'emotion.negative': 'negative',
  },
  'zh-CN': {
    title: '实时麦克风',
    transcript: '识别出的文字',
    hint: '按下按钮开始说话。灰色文字可能还会变化，其他文字不再变化。',
    level: '音量',
    device: '麦克风',
    cleaned: '消除回声和噪声',
    'cleaned.hint': '录音乐、多人围着一个麦克风说话，或词的开头缺失时，请关闭。',
    mute: '静音',
    'mode.legend': '麦克风开启',
    'mode.hold': '按住按钮期间',
    'mode.free': '直到我停止',
    'talk.hold': '按住说话',
    'talk.start': '开始',
    'talk.stop': '停止',
    'state.connecting': '正在连接',
    'state.open': '就绪',
    'state.lost': '未连接',
    'state.listening': '正在聆听',
    'state.muted': '已静音',
    'problem.away': 'Node-RED 没有应答，或其流程此刻在这里没有麦克风。正在重试。',
    'problem.token': '此令牌不是该麦克风的令牌。',
    'problem.full': '说话的人数已达流程允许的上限。正在重试。',
    token: '令牌',
    'token.send': '继续',
    'problem.dropped': '网络速度跟不上语音：丢失了 {seconds} 秒。',
    'problem.reconnecting': '与识别服务的连接已断开。您的话已保留，正在重试。',
    'problem.insecure':
      '浏览器只允许来自 https:// 或 localhost 的页面使用麦克风，而此页面来自 {detail}。请在本机用 http://localhost 打开，或为 Node-RED 配置 https。',
    'problem.unsupported': '此浏览器不支持网页使用麦克风，请使用较新的浏览器。',
    'problem.denied': '浏览器不允许此页面使用麦克风。请在地址栏旁允许，然后再按一次。',
    'problem.none': '没有找到麦克风。请接入后再按一次。',
    'problem.busy': '麦克风正被其他程序使用，或没有响应。（{detail}）',
    'problem.ended': '麦克风已断开：设备被拔出，或权限被收回。',
    'problem.failed': '无法打开麦克风：{detail}',
    'emotion.neutral': '平静',
    'emotion.happy': '高兴',
    'emotion.sad': '悲伤',
    'emotion.angry': '愤怒',
    'emotion.surprised': '惊讶',
    'emotion.disgusted': '厌恶',
    'emotion.fearful': '恐惧',
    'emotion.positive': '积极',
    'emotion.negative': '消极',
  },
};

const language = (navigator.languages[0] ?? 'en').startsWith('zh') ? 'zh-CN' : 'en-US';

/** The text of a key with `{name}` filled in; the key itself where it is unknown, such as a new emotion. */
export function text(key: string, values: Readonly<Record<string, string>> = {}): string {
  const known = TEXTS[language][key];
  if (known === undefined) return key.slice(key.indexOf('.') + 1);
  return known.replace(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
}

export function translatePage(): void {
  document.documentElement.lang = language;
  document.title = text('title');
  for (const element of document.querySelectorAll<HTMLElement>('[data-text]'))
    element.textContent = text(element.dataset.text ?? '');
  for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
    element.setAttribute('aria-label', text(element.dataset.label ?? ''));
  }
}
