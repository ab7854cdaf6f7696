/**
 * The account's tables, as an append-only list: a file written by an older version is brought up to date by the
 * statements it has not seen. Never edit an entry that was released; add one.
 */
export const SCHEMA: readonly string[] = [
  `CREATE TABLE account (
     id TEXT PRIMARY KEY, name TEXT NOT NULL, token TEXT NOT NULL, user_id TEXT NOT NULL, subdomain TEXT NOT NULL,
     created_on TEXT NOT NULL) STRICT;
   CREATE TABLE zones (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created_on TEXT NOT NULL) STRICT;
   CREATE TABLE scripts (
     name TEXT PRIMARY KEY, tag TEXT NOT NULL, created_on TEXT NOT NULL, modified_on TEXT NOT NULL,
     migration_tag TEXT, version_id TEXT, settings TEXT NOT NULL, schedules TEXT NOT NULL,
     subdomain_enabled INTEGER NOT NULL, previews_enabled INTEGER NOT NULL, last_deployed_from TEXT NOT NULL) STRICT;
   CREATE TABLE versions (
     id TEXT PRIMARY KEY, script TEXT NOT NULL REFERENCES scripts(name) ON DELETE CASCADE, number INTEGER NOT NULL,
     created_on TEXT NOT NULL, etag TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (script, number)) STRICT;
   CREATE TABLE modules (
     version_id TEXT NOT NULL REFERENCES versions(id) ON DELETE CASCADE, position INTEGER NOT NULL,
     name TEXT NOT NULL, content_type TEXT NOT NULL, contents BLOB NOT NULL, PRIMARY KEY (version_id, position)) STRICT;
   CREATE TABLE deployments (
     id TEXT PRIMARY KEY, script TEXT NOT NULL REFERENCES scripts(name) ON DELETE CASCADE, created_on TEXT NOT NULL,
     version_id TEXT NOT NULL, source TEXT NOT NULL, annotations TEXT NOT NULL) STRICT;
   CREATE TABLE object_namespaces (
     id TEXT PRIMARY KEY, script TEXT NOT NULL, class_name TEXT NOT NULL, use_sqlite INTEGER NOT NULL,
     UNIQUE (script, class_name)) STRICT;
   CREATE TABLE kv_namespaces (id TEXT PRIMARY KEY, title TEXT NOT NULL UNIQUE) STRICT;
   CREATE TABLE routes (
     id TEXT PRIMARY KEY, zone_id TEXT NOT NULL, pattern TEXT NOT NULL, script TEXT, UNIQUE (zone_id, pattern)) STRICT;
   CREATE TABLE domains (
     id TEXT PRIMARY KEY, zone_id TEXT NOT NULL, hostname TEXT NOT NULL UNIQUE, service TEXT NOT NULL,
     cert_id TEXT NOT NULL) STRICT;
   CREATE TABLE data_points (
     dataset TEXT NOT NULL, at_ms INTEGER NOT NULL, indexes TEXT NOT NULL, blobs TEXT NOT NULL, doubles TEXT NOT NULL) STRICT;
   CREATE INDEX data_points_by_time ON data_points (dataset, at_ms);`,
  `CREATE TABLE deployment_shares (
     deployment_id TEXT NOT NULL REFERENCES deployments(id) ON DELETE CASCADE, position INTEGER NOT NULL,
     version_id TEXT NOT NULL, percentage REAL NOT NULL, PRIMARY KEY (deployment_id, position)) STRICT;
   INSERT INTO deployment_shares SELECT id, 0, version_id, 100 FROM deployments;
   ALTER TABLE versions ADD COLUMN migration_tag TEXT;
   UPDATE versions SET migration_tag = (SELECT migration_tag FROM scripts WHERE scripts.name = versions.script);`,
  `CREATE TABLE asset_sessions (
     id TEXT PRIMARY KEY, script TEXT NOT NULL, manifest TEXT NOT NULL, created_at_ms INTEGER NOT NULL) STRICT;`,
  `CREATE TABLE tokens (
     value TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, name TEXT NOT NULL, permissions TEXT NOT NULL) STRICT;`,
  `CREATE TABLE object_moves (
     script TEXT NOT NULL, class_name TEXT NOT NULL, namespace_id TEXT NOT NULL, PRIMARY KEY (script, class_name)) STRICT;`,
];
