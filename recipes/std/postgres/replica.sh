# Starts a streaming replica; the first time it copies the primary.
#
#   PRIMARY     the name of the primary
#   SLOT        the replication slot, which keeps for this replica what it has not got yet
#   PGDATA      where the data is
#   PGPASSFILE  has the password of the role replicator
set -eu

if [ ! -s "$PGDATA/PG_VERSION" ]; then
	echo "replica: copying $PRIMARY"

	# A slot before the copy, so that nothing written meanwhile is missed.
	pg_receivewal --host="$PRIMARY" --username=replicator --no-password \
		--slot="$SLOT" --create-slot --if-not-exists

	# Elsewhere first: a copy that was cut short must not look like a whole one.
	rm -rf "$PGDATA" "$PGDATA.copy"
	pg_basebackup --host="$PRIMARY" --username=replicator --no-password \
		--pgdata="$PGDATA.copy" --slot="$SLOT" --wal-method=stream --checkpoint=fast
	touch "$PGDATA.copy/standby.signal"
	sync
	mv "$PGDATA.copy" "$PGDATA"
fi

exec "$@"
