/** What replicas say to their hub, judged at the door. Unknown fields do no harm. */
import * as v from "valibot";
import type { Attendance, Claim, Registration, Wish } from "../hub-port.ts";
import { membershipSchema } from "../membership.ts";

const amount = v.pipe(v.number(), v.finite(), v.minValue(0));
const name = v.pipe(v.string(), v.minLength(1));
const life = { room: name, region: name, origin: name };
const claim = { ...life, n: amount, holds: v.pipe(amount, v.integer()) };
const wish = { ...claim, wants: v.pipe(amount, v.integer()) };

/** Each throws a `ValiError` for what is none. */
export const readClaim = (value: unknown): Claim => v.parse(v.object(claim), value);
export const readWish = (value: unknown): Wish => v.parse(v.object(wish), value);
export const readRegistration = (value: unknown): Registration =>
  v.parse(v.object({ ...wish, membership: membershipSchema }), value);
export const readAttendance = (value: unknown): Attendance =>
  v.parse(v.object({ ...life, users: amount, connections: amount, at: amount }), value);
