/**
 * The tables, and how older files become newer ones. `user_version` counts the migrations that were applied;
 * `application_id` tells a file of Refold from any other SQLite database.
 *
 * `log` is a plain rowid table: clustering it by stream costs three times the throughput. Its position is the rowid; rows
 * are never deleted, so that positions are never given twice.
 */
import { RefoldError } from '@refold/core/store'
import type { SqliteConnection } from './driver/driver.js'

/** "Rfld" */
const APPLICATION_ID = 0x52_66_6c_64

/** Forward only. What stands here was released: add to the end, never change. */
const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE log (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    prefix INTEGER,            -- of the event id: id_prefix.id; null: the id stands whole in event
    event BLOB NOT NULL,       -- the id's last six bytes as an integer, or its sixteen as a blob, or any text
    at INTEGER,                -- header's time
    shape INTEGER,             -- shape.id; null: vals is [type, metadata]
    vals TEXT NOT NULL,        -- a JSON array without its brackets
    data TEXT                  -- the payload as JSON
  );
  CREATE UNIQUE INDEX log_by_stream ON log (stream, revision);
  CREATE TABLE shape (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
  CREATE TABLE id_prefix (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
  CREATE TABLE active_set (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
  CREATE TABLE owner (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
  CREATE TABLE stream (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    version INTEGER,           -- from here the directory; null: no agent
    status INTEGER,
    condition INTEGER,
    active INTEGER,
    owner INTEGER,
    epoch INTEGER,
    pending INTEGER,
    in_doubt INTEGER,
    next_due INTEGER
  );
  CREATE INDEX stream_by_active ON stream (active) WHERE active IS NOT NULL;
  CREATE INDEX stream_by_owner ON stream (owner) WHERE owner IS NOT NULL;
  CREATE INDEX stream_by_due ON stream (next_due) WHERE next_due IS NOT NULL;
  CREATE INDEX stream_pending ON stream (id) WHERE pending > 0;
  CREATE INDEX stream_by_condition ON stream (condition) WHERE condition > 0;
  CREATE INDEX stream_by_status ON stream (status) WHERE status > 1;
  CREATE TABLE register (name TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL);
  CREATE TABLE seal (count INTEGER NOT NULL);
  INSERT INTO seal VALUES (0);
  `,
  // A set of active states is one of a definition and a status: each then has its agents in the index, in their order.
  `
  CREATE TEMP TABLE situation AS SELECT stream.id AS stream, '["' || substr(name, 1, instr(name, '-') - 1) || '","' ||
    CASE status WHEN 0 THEN 'active' WHEN 1 THEN 'done' WHEN 2 THEN 'error' ELSE 'stopped' END || '"' ||
    CASE text WHEN '[]' THEN ']' ELSE ',' || substr(text, 2) END AS text
    FROM stream JOIN active_set ON active_set.id = stream.active;
  UPDATE stream SET active = NULL;
  DELETE FROM active_set;
  INSERT INTO active_set (text) SELECT DISTINCT text FROM situation;
  UPDATE stream SET active = (SELECT active_set.id FROM situation JOIN active_set USING (text) WHERE stream = stream.id)
    WHERE version IS NOT NULL;
  DROP TABLE situation;
  DROP INDEX stream_by_status;
  `,
]

/** Brings the file to the newest schema. Throws as `schemaVersion` does, or SQLite's error. */
export function migrate(connection: SqliteConnection): void {
  if (schemaVersion(connection) === MIGRATIONS.length) return
  connection.exec('BEGIN IMMEDIATE')
  try {
    for (const sql of MIGRATIONS.slice(schemaVersion(connection))) connection.exec(sql) // another process may have been first
    connection.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${MIGRATIONS.length}; COMMIT`)
  } catch (error) {
    try {
      connection.exec('ROLLBACK')
    } catch {} // as on a full disk, SQLite has ended the transaction already
    throw error
  }
}

/** For one who may not migrate. Throws as `schemaVersion` does, and `STORE_FATAL` for an older file and an empty one. */
export function assertNewestSchema(connection: SqliteConnection): void {
  const version = schemaVersion(connection)
  if (version === MIGRATIONS.length) return
  if (version === 0)
    throw new RefoldError('STORE_FATAL', 'the file is empty: there is no store in it', {
      hint: 'Where agents should be in it, it is another file, or a copy that was not made whole.',
    })
  throw new RefoldError(
    'STORE_FATAL',
    `the file has schema ${version} of an older release, and is opened to be read only`,
    {
      hint: 'Whatever opens it to write, as `refold up` or `refold rebuild`, brings it to that of this release.',
      facts: { version, known: MIGRATIONS.length },
    },
  )
}

/** Number of migrations the file has seen. Writes nothing. Throws `NEWER_FORMAT`, or `STORE_FATAL` for a file of another program. */
export function schemaVersion(connection: SqliteConnection): number {
  const pragma = (name: string): number => Number(connection.prepare(`PRAGMA ${name}`).get()?.[0])
  // In this order: another process may commit all three at once between two of these looks.
  const tables = connection.prepare('SELECT count(*) FROM sqlite_schema').get()?.[0]
  const version = pragma('user_version')
  const isOurs = pragma('application_id') === APPLICATION_ID
  if (!isOurs && (tables !== 0 || version !== 0)) {
    throw new RefoldError('STORE_FATAL', 'the file is a database of another program', {
      hint: 'Give the store a file of its own.',
    })
  }
  if (version > MIGRATIONS.length) {
    throw new RefoldError('NEWER_FORMAT', `the file has schema ${version}, this release knows ${MIGRATIONS.length}`, {
      hint: 'Update @refold/sqlite.',
      facts: { version, known: MIGRATIONS.length },
    })
  }
  return version
}
