/** A word of a command line, as `parseArgs` tells of it. */
interface Token {
  readonly kind: string;
  readonly name?: string;
  readonly rawName?: string;
}

/** What to say of flags that a command does not have, all of them. */
export const unknownFlags = (tokens: readonly Token[], options: object): string[] =>
  tokens.flatMap(({ kind, name, rawName }) =>
    kind === "option" && !(name !== undefined && Object.hasOwn(options, name))
      ? [`"${rawName}" is not a flag`]
      : [],
  );
