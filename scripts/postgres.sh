#!/usr/bin/env bash
# Runs a command beside a PostgreSQL of its own: `scripts/postgres.sh go test ./...`.
# The cluster lives in a temporary folder on a free loopback port, fsync stays on, and it is gone afterwards,
# also when the command fails. ICHAT_TEST_DATABASE_URL tells the command where it is, ICHAT_TEST_POSTGRES names a
# script that kills it hard (`kill`) and starts it again on the same port (`start`).
set -euo pipefail

bin=$(compgen -G '/usr/lib/postgresql/*/bin/initdb' | sort -V | tail -n 1 || true)
bin=$(dirname "${bin:-$(command -v initdb)}")
folder=$(mktemp -d "${TMPDIR:-/tmp}/ichat-postgres.XXXXXX")

as=() # initdb refuses root; Debian's package brings the user
if [ "$(id -u)" = 0 ]; then
  as=(runuser -u postgres --)
  chown postgres "$folder"
fi

end() {
  (cd / && "${as[@]}" "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1) || true
  rm -rf "$folder"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

(cd / && "${as[@]}" "$bin/initdb" -D "$folder/data" -U ichat -A trust -E UTF8 --locale=C.UTF-8 >"$folder/initdb.log" 2>&1) || {
  cat "$folder/initdb.log" >&2
  exit 1
}

cat >"$folder/control" <<END
#!/usr/bin/env bash
set -eu
cd /
case \$1 in
  kill)
    head=\$(head -n 1 "$folder/data/postmaster.pid")
    kill -9 "\$head" \$(cat "/proc/\$head/task/\$head/children") 2>/dev/null || true ;;
  start) # again and again for a moment: PostgreSQL refuses beside its own orphans
    for _ in {1..30}; do
      ${as[@]+"${as[@]}"} "$bin/pg_ctl" -D "$folder/data" -l "$folder/data/server.log" -w -t 60 \\
        -o "-c listen_addresses=127.0.0.1 -c port=\${2:-\$(cat "$folder/port")} -c unix_socket_directories= -c max_connections=300" start >/dev/null 2>&1 && exit 0
      [ -z "\${2:-}" ] || exit 1 # another port may be better
      sleep 0.1
    done
    exit 1 ;;
esac
END
chmod +x "$folder/control"
chmod 711 "$folder"

for attempt in {1..20}; do
  port=$((20000 + RANDOM % 12000)) # below the range from which outgoing connections take theirs
  "$folder/control" start "$port" && break
  [ "$attempt" = 20 ] && { tail -n 20 "$folder/data/server.log" >&2; exit 1; }
done

echo "$port" >"$folder/port"
export ICHAT_TEST_POSTGRES=$folder/control
export ICHAT_TEST_DATABASE_URL="postgres://ichat@127.0.0.1:$port/postgres?sslmode=disable"
"$@"
