#!/bin/sh
# The Node.js language host, beside the CLI in .tools/pulumi/versions/<version>/bin. It finds the project by its own place.
project=$(cd "$(dirname "$(readlink -f "$0")")/../../../../.." && pwd) || exit 1
node="$project/node_modules/.bin/node"
[ -x "$node" ] || node=node
exec "$node" "$project/scripts/toolchain/language-host/main.ts" "$@"
