/** A Markdown file as text, the way the tests' bundler hands it over. */
declare module "*.md?raw" {
  const text: string;
  export default text;
}
