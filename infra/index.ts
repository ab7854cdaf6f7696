/** Entry of the Pulumi program: the engine calls what this exports and shows its result as the stack's outputs. */
import { program } from "./program.ts";

export default program;
