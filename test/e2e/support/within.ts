export { within } from "../../../scripts/drills/within.ts";
