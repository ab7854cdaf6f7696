/**
 * Stands around the Worker as it is deployed and counts what it asks of the platform: nothing of the Worker is changed,
 * only what it is given. `x-bench-place: <latitude>,<longitude>` says where a visitor is. `GET /__state` tells the counts
 * since the start, how much is under way, and when the next alarm is due; `/__advance?ms=` moves the Worker's clock on, so
 * that the hours of a room fit a bench.
 */
import * as worker from "ours";

const COUNTS = {
  workerRequests: 0,
  /** Upgrades that reach an object. */
  objectFetches: 0,
  /** Calls of objects' methods, by name. */
  calls: {},
  alarmsSet: 0,
  alarmsRun: 0,
  socketMessages: 0,
  socketCloses: 0,
  framesOut: 0,
  statements: 0,
  rowsRead: 0,
  rowsWritten: 0,
  commits: 0,
  kvReads: 0,
  kvWrites: 0,
  dataPoints: 0,
  /** Objects made, and woken from a sleep. */
  wakes: 0,
  /** ms in which a timer kept an object from its sleep; of several at once, the sum. */
  timerMs: 0,
  logLines: 0,
};

let ahead = 0;
const realNow = Date.now;
Date.now = () => realNow() + ahead;

/** Timers that stand, alarms that run, and writes to KV: until they are done, something is under way. */
const timers = new Map();
let running = 0;
const realSetTimeout = globalThis.setTimeout;
const realClearTimeout = globalThis.clearTimeout;
globalThis.setTimeout = (run, ms, ...rest) => {
  const from = realNow();
  const timer = realSetTimeout(
    (...given) => {
      settle(timer);
      run(...given);
    },
    ms,
    ...rest,
  );
  timers.set(timer, from);
  return timer;
};
globalThis.clearTimeout = (timer) => {
  settle(timer);
  realClearTimeout(timer);
};
function settle(timer) {
  const from = timers.get(timer);
  if (from === undefined) return;
  timers.delete(timer);
  COUNTS.timerMs += realNow() - from;
}
async function underWay(work) {
  running++;
  try {
    return await work;
  } finally {
    running--;
  }
}

/** Alarms that stand, by the Worker's clock: of each object one. */
const alarms = new Map();
const objects = new WeakMap();
let setAlarm;

const realSend = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
  COUNTS.framesOut++;
  return realSend.call(this, data);
};

const realLog = console.log;
console.log = (...line) => {
  COUNTS.logLines++;
  realLog(...line);
};

/** What a prototype does, done by us first. Once for each prototype: all objects share it. */
const patched = new WeakSet();
function patch(value, methods) {
  const prototype = Object.getPrototypeOf(value);
  if (patched.has(prototype)) return;
  patched.add(prototype);
  for (const [name, make] of Object.entries(methods)) prototype[name] = make(prototype[name]);
}

function countStorage({ storage, id }, namespace) {
  objects.set(storage, { key: id.toString(), stub: () => namespace.get(id) });
  patch(storage.sql, {
    exec: (real) =>
      function (...query) {
        COUNTS.statements++;
        const cursor = real.apply(this, query);
        const toArray = cursor.toArray;
        cursor.toArray = () => {
          const rows = toArray.call(cursor);
          COUNTS.rowsRead += cursor.rowsRead;
          COUNTS.rowsWritten += cursor.rowsWritten;
          return rows;
        };
        return cursor;
      },
  });
  patch(storage, {
    setAlarm: (real) => {
      setAlarm = real;
      return function (at, ...rest) {
        COUNTS.alarmsSet++;
        const { key, stub } = objects.get(this);
        alarms.set(key, { at, stub });
        return real.call(this, at - ahead, ...rest);
      };
    },
    deleteAlarm: (real) =>
      function (...given) {
        alarms.delete(objects.get(this).key);
        return real.apply(this, given);
      },
    transactionSync: (real) =>
      function (work) {
        COUNTS.commits++;
        return real.call(this, work);
      },
  });
}

const countedStub = (stub) =>
  new Proxy(stub, {
    get: (_, name) => {
      if (typeof name !== "string" || name === "then") return stub[name];
      return (...given) => {
        if (name === "fetch") COUNTS.objectFetches++;
        else COUNTS.calls[name] = (COUNTS.calls[name] ?? 0) + 1;
        return stub[name](...given);
      };
    },
  });

const countedNamespace = (namespace) => ({
  getByName: (...given) => countedStub(namespace.getByName(...given)),
  jurisdiction: (name) => countedNamespace(namespace.jurisdiction(name)),
});

const countedDirectory = (directory) =>
  new Proxy(directory, {
    get: (_, name) => {
      return (...given) => {
        if (name === "put" || name === "delete") COUNTS.kvWrites++;
        else COUNTS.kvReads++;
        return underWay(directory[name](...given));
      };
    },
  });

const surroundings = new WeakMap();
function counted(env) {
  let made = surroundings.get(env);
  if (made === undefined) {
    made = {
      ...env,
      CHAT_ROOM: countedNamespace(env.CHAT_ROOM),
      ROOM_HUB: countedNamespace(env.ROOM_HUB),
      DIRECTORY: countedDirectory(env.DIRECTORY),
      ANALYTICS: {
        writeDataPoint: (point) => {
          COUNTS.dataPoints++;
          return env.ANALYTICS.writeDataPoint(point);
        },
      },
    };
    surroundings.set(env, made);
  }
  return made;
}

function rings({ storage }) {
  COUNTS.alarmsRun++;
  alarms.delete(objects.get(storage).key);
}

/** The clock was moved on: the runtime, whose own was not, has to hear of it. */
function rearm({ storage }) {
  const alarm = alarms.get(objects.get(storage).key);
  if (alarm !== undefined) return setAlarm.call(storage, alarm.at - ahead);
}

async function advance(ms) {
  ahead += ms;
  await Promise.all([...alarms.values()].map(({ stub }) => stub().benchRearm()));
}

function state() {
  const now = Date.now();
  const due = [...alarms.values()].map(({ at }) => at);
  const late = due.filter((at) => at <= now).length;
  return {
    counts: COUNTS,
    now,
    busy: timers.size + running + late,
    nextAlarm: Math.min(...due, Number.MAX_SAFE_INTEGER),
  };
}

export class ChatRoom extends worker.ChatRoom {
  constructor(context, env) {
    COUNTS.wakes++;
    countStorage(context, env.CHAT_ROOM);
    super(context, counted(env));
  }
  webSocketMessage(socket, frame) {
    COUNTS.socketMessages++;
    return super.webSocketMessage(socket, frame);
  }
  webSocketClose(socket, code, reason, clean) {
    COUNTS.socketCloses++;
    return super.webSocketClose(socket, code, reason, clean);
  }
  alarm(info) {
    rings(this.ctx);
    return underWay(super.alarm(info));
  }
  benchRearm() {
    return rearm(this.ctx);
  }
}

export class RoomHub extends worker.RoomHub {
  constructor(context, env) {
    COUNTS.wakes++;
    countStorage(context, env.ROOM_HUB);
    super(context, counted(env));
  }
  alarm(info) {
    rings(this.ctx);
    return underWay(super.alarm(info));
  }
  benchRearm() {
    return rearm(this.ctx);
  }
}

function placed(request) {
  const place = request.headers.get("x-bench-place");
  if (place === null) return request;
  const [latitude, longitude] = place.split(",");
  return new Request(request, { cf: { latitude, longitude } });
}

export default {
  async fetch(request, env, context) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname === "/__advance") await advance(Number(searchParams.get("ms")));
    if (pathname.startsWith("/__")) return Response.json(state());
    COUNTS.workerRequests++;
    return worker.default.fetch(placed(request), counted(env), context);
  },
};
