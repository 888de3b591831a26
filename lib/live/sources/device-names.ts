// The names that sound devices may have. They come from whoever may edit a flow, and go to programs that understand
// more than devices.

/** Only one colon is allowed, because `plug:tee:…` would lead to plug-ins that write files, as `file:` and `tee:` do. */
export const ALSA_DEVICE = /^(?!(file|tee)(:|$))[a-z_][\w-]*(:[\w=,-]*)?$/i;
export const PULSE_DEVICE = /^[\w@][\w.@:+-]*$/;
export const AVFOUNDATION_DEVICE = /^[^\p{Cc}]+$/u;
export const DSHOW_DEVICE = /^audio=[^\p{Cc}]+$/u;
