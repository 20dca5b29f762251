#!/usr/bin/env bash
# Tries the migrations on a database that has been in use: `scripts/postgres.sh scripts/migration-trial.sh OLD NEW [MESSAGES]`.
# OLD and NEW are binaries; OLD makes the schema that is then filled. It measures the migration, kills it with
# SIGKILL at several moments and lets it be repeated, starts three at once, and compares schemas and data.
set -euo pipefail
old=$1 new=$2 messages=${3:-1000000}
server=$ICHAT_TEST_DATABASE_URL

at() { echo "${server/\/postgres?/\/$1?}"; }
sql() { psql -qAt -v ON_ERROR_STOP=1 "$(at "$1")" -c "$2"; }
migrate() { ICHAT_DATABASE_URL=$(at "$1") "$2" migrate --json --data "$scratch"; }
copy() { sql postgres "CREATE DATABASE $2 TEMPLATE $1"; }
now() { date +%s%3N; }
schema() { pg_dump -s "$(at "$1")" | grep -v '^\\\|^--' | md5sum; }
data() {
  sql "$1" "SELECT md5(string_agg(md5(concat_ws('|', conversation_id, seq, id, version, sender_id, client_msg_id, body, created_at)), '' ORDER BY conversation_id, seq)) FROM messages"
  sql "$1" "SELECT md5(string_agg(md5(concat_ws('|', id, conversation_id, visitor_id, state, agent_id, opened_at)), '' ORDER BY id)) FROM tickets"
}
fail() { echo "FAILED: $*" >&2; exit 1; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

sql postgres "CREATE DATABASE used"
migrate used "$old" >/dev/null
sql used "
  INSERT INTO sites (id, site_key, name, accent, created_at) VALUES (1, 'trial', 'Trial', '#334455', now());
  INSERT INTO queues (id, site_id, name, created_at) VALUES (2, 1, 'Support', now());
  INSERT INTO people (id, kind, site_id, name, created_at) SELECT 1000 + n, 'visitor', 1, 'Visitor ' || n, now() FROM generate_series(1, $messages / 100) n;
  INSERT INTO conversations (id, kind, site_id, owner_id, seq, version, updated_at)
    SELECT 10000000 + n, 'live', 1, 1000 + n, 100, 100, now() FROM generate_series(1, $messages / 100) n;
  INSERT INTO members (conversation_id, person_id, role, join_seq, version)
    SELECT 10000000 + n, 1000 + n, 'visitor', 1, 1 FROM generate_series(1, $messages / 100) n;
  INSERT INTO tickets (id, site_id, queue_id, conversation_id, visitor_id, state, from_seq, last_at, opened_at)
    SELECT 20000000 + n, 1, 2, 10000000 + n, 1000 + n, CASE WHEN n % 10 = 0 THEN 'waiting' ELSE 'closed' END, 1, now(), now() FROM generate_series(1, $messages / 100) n;
  INSERT INTO messages (conversation_id, seq, id, version, sender_id, client_msg_id, body_hash, type, body, alt, created_at)
    SELECT 10000000 + n / 100 + 1, n % 100 + 1, 30000000 + n, n % 100 + 1, 1001 + n / 100, 'message-' || n, md5(n::text), 'text',
      '{\"text\":\"Where is parcel ' || n || ', please?\"}', 'Where is parcel ' || n || ', please?', now() FROM generate_series(0, $messages - 1) n;
  ANALYZE"
before=$(data used)
echo "a database of the older version with $(sql used 'SELECT COUNT(*) FROM messages') messages, $(sql used "SELECT pg_size_pretty(pg_database_size('used'))")"
for n in whole killed1 killed2 killed3 three; do copy used $n; done

began=$(now)
applied=$(migrate whole "$new")
took=$(($(now) - began))
echo "migrated in $took ms: $applied"
[ "$(data whole)" = "$before" ] || fail "the rows are others than before"

share=0
for n in killed1 killed2 killed3; do
  share=$((share + 15))
  ICHAT_DATABASE_URL=$(at $n) "$new" migrate --data "$scratch" >/dev/null 2>&1 &
  sleep "$(awk "BEGIN { print $took * $share / 100000 }")"
  kill -9 $! 2>/dev/null || true
  wait $! 2>/dev/null || true
  left=$(sql $n "SELECT COUNT(*) FROM bun_migrations")
  migrate $n "$new" >/dev/null || fail "the repeated migration"
  [ "$(schema $n)" = "$(schema whole)" ] || fail "the schema after a kill is another"
  [ "$(data $n)" = "$before" ] || fail "the rows after a kill are others"
  echo "killed after $share % of the time with $left migrations applied, repeated: same schema, same rows"
done

for _ in 1 2 3; do ICHAT_DATABASE_URL=$(at three) "$new" migrate --json --data "$scratch" >>"$scratch/three" 2>&1 & jobs[$_]=$!; done
for n in 1 2 3; do wait "${jobs[$n]}" || fail "one of three at once: $(cat "$scratch/three")"; done
[ "$(schema three)" = "$(schema whole)" ] || fail "the schema after three at once is another"
[ "$(grep -c '"applied":\["' "$scratch/three")" = 1 ] || fail "not one of three migrated: $(cat "$scratch/three")"
echo "three at once: one migrated, all went on"

if ICHAT_DATABASE_URL=$(at whole) "$old" migrate --data "$scratch" >"$scratch/old" 2>&1; then fail "the older program took the newer database"; fi
echo "the older program: $(tail -n 1 "$scratch/old")"
