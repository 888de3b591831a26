/** A style sheet is part of the code that is made of this folder, as its text. */
declare module '*.css' {
  const text: string;
  export default text;
}
