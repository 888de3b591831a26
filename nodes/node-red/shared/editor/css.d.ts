/** A style sheet becomes part of the bundled code as text. */
declare module '*.css' {
  const text: string;
  export default text;
}
