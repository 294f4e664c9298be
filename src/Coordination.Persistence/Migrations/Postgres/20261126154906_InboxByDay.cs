using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Coordination.Persistence.Migrations.Postgres
{
    /// <summary>
    /// Turns the inbox into partitions by the day a message's id was made (docs/decisions/0008). Existing rows move to the partitions of their ids, so that a
    /// redelivery after the migration still meets them. Takes about a minute for every ten million rows; nothing can be handled meanwhile.
    /// </summary>
    public partial class InboxByDay : Migration
    {
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                LOCK TABLE coordination.inbox IN ACCESS EXCLUSIVE MODE;
                ALTER TABLE coordination.inbox RENAME TO inbox_before;
                ALTER INDEX coordination.pk_inbox RENAME TO pk_inbox_before;
                ALTER INDEX coordination.ix_inbox_received_at RENAME TO ix_inbox_before_received_at;

                CREATE TABLE coordination.inbox (
                    bucket integer NOT NULL,
                    consumer_id uuid NOT NULL,
                    message_id uuid NOT NULL,
                    received_at timestamp with time zone NOT NULL)
                    PARTITION BY LIST (bucket);
                """);

            // Only inserts and, much later, TRUNCATE: pages are frozen while they are still in memory, so that no vacuum ever reads the old days again.
            migrationBuilder.Sql(
                """
                DO $$
                DECLARE
                    part text;
                BEGIN
                    FOR bucket IN 0..64 LOOP
                        part := CASE bucket WHEN 0 THEN 'inbox_other' ELSE 'inbox_day_' || lpad(bucket::text, 2, '0') END;
                        EXECUTE format('CREATE TABLE coordination.%I PARTITION OF coordination.inbox FOR VALUES IN (%s) WITH ('
                            || 'autovacuum_freeze_min_age = 0, autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_vacuum_insert_threshold = 50000)',
                            part, bucket);
                    END LOOP;
                END $$;
                """);

            // The same function as InboxBucket.Of.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION coordination.inbox_bucket(id uuid) RETURNS integer
                    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
                DECLARE
                    b bytea := uuid_send(id);
                    day bigint;
                BEGIN
                    IF get_byte(b, 6) >> 4 = 7 AND get_byte(b, 8) >> 6 = 2 THEN
                        day := ((get_byte(b, 0)::bigint << 40) | (get_byte(b, 1)::bigint << 32) | (get_byte(b, 2)::bigint << 24)
                            | (get_byte(b, 3)::bigint << 16) | (get_byte(b, 4)::bigint << 8) | get_byte(b, 5)) / 86400000;
                        IF day BETWEEN 18262 AND 47481 THEN
                            RETURN 1 + day % 64;
                        END IF;
                    END IF;
                    day := ((get_byte(b, 10)::bigint << 56) | (get_byte(b, 11)::bigint << 48) | (get_byte(b, 12)::bigint << 40)
                        | (get_byte(b, 13)::bigint << 32) | (get_byte(b, 14)::bigint << 24) | (get_byte(b, 15)::bigint << 16)
                        | (get_byte(b, 8)::bigint << 8) | get_byte(b, 9)) / 864000000000 - 719162;
                    RETURN CASE WHEN day BETWEEN 18262 AND 47481 THEN 1 + day % 64 ELSE 0 END;
                END $$;
                """);

            // Whoever may delete rows of the inbox may also empty a day of it, without the right to truncate, and whenever the role was made. Waits only for
            // those who hold this very day, and not long.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION coordination.empty_inbox_bucket(bucket integer, keep interval, at_most integer) RETURNS boolean
                    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET lock_timeout = '1s' SET enable_seqscan = off AS $$
                DECLARE
                    day text := 'coordination.inbox_day_' || lpad(bucket::text, 2, '0');
                    oldest timestamp with time zone := clock_timestamp() - keep;
                    many boolean;
                    consumers uuid[];
                    messages uuid[];
                    times timestamp with time zone[];
                BEGIN
                    IF NOT has_table_privilege(session_user, 'coordination.inbox', 'DELETE') THEN
                        RAISE insufficient_privilege USING MESSAGE = 'Only who may delete from coordination.inbox may empty a day of it.';
                    END IF;
                    IF bucket NOT BETWEEN 1 AND 64 THEN
                        RAISE invalid_parameter_value USING MESSAGE = format('Buckets of days are 1 to 64, not %s.', bucket);
                    END IF;
                    EXECUTE format('SELECT count(*) > $1 FROM (SELECT FROM %s WHERE received_at >= $2 LIMIT $1 + 1) young', day)
                        INTO many USING at_most, oldest;
                    IF many THEN
                        RETURN false;
                    END IF;
                    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', day);
                    EXECUTE format('SELECT array_agg(consumer_id), array_agg(message_id), array_agg(received_at) FROM %s WHERE received_at >= $1', day)
                        INTO consumers, messages, times USING oldest;
                    EXECUTE format('TRUNCATE %s', day);
                    EXECUTE format('INSERT INTO %s (bucket, consumer_id, message_id, received_at) SELECT $1, * FROM unnest($2, $3, $4)', day)
                        USING bucket, consumers, messages, times;
                    RETURN true;
                END $$;
                """);

            migrationBuilder.Sql(
                """
                INSERT INTO coordination.inbox (bucket, consumer_id, message_id, received_at)
                    SELECT coordination.inbox_bucket(message_id), consumer_id, message_id, received_at FROM coordination.inbox_before;
                ALTER TABLE coordination.inbox ADD CONSTRAINT pk_inbox PRIMARY KEY (bucket, consumer_id, message_id);
                CREATE INDEX ix_inbox_received_at ON coordination.inbox USING brin (received_at);
                """);

            DropOld(migrationBuilder);
        }

        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql(
                """
                LOCK TABLE coordination.inbox IN ACCESS EXCLUSIVE MODE;
                ALTER TABLE coordination.inbox RENAME TO inbox_before;
                ALTER INDEX coordination.pk_inbox RENAME TO pk_inbox_before;
                ALTER INDEX coordination.ix_inbox_received_at RENAME TO ix_inbox_before_received_at;
                CREATE TABLE coordination.inbox (
                    consumer_id uuid NOT NULL,
                    message_id uuid NOT NULL,
                    received_at timestamp with time zone NOT NULL);
                INSERT INTO coordination.inbox (consumer_id, message_id, received_at)
                    SELECT consumer_id, message_id, received_at FROM coordination.inbox_before;
                ALTER TABLE coordination.inbox ADD CONSTRAINT pk_inbox PRIMARY KEY (consumer_id, message_id);
                CREATE INDEX ix_inbox_received_at ON coordination.inbox USING brin (received_at);
                DROP FUNCTION coordination.empty_inbox_bucket(integer, interval, integer);
                DROP FUNCTION coordination.inbox_bucket(uuid);
                """);

            DropOld(migrationBuilder);
        }

        /// <summary>Whoever had rights on the old table has them on the new one; default privileges may not be set.</summary>
        private static void DropOld(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(
                """
                DO $$
                DECLARE
                    given record;
                BEGIN
                    FOR given IN
                        SELECT a.grantee, a.privilege_type, a.is_grantable FROM pg_class c CROSS JOIN aclexplode(c.relacl) a
                        WHERE c.oid = 'coordination.inbox_before'::regclass AND a.grantee <> c.relowner
                    LOOP
                        EXECUTE format('GRANT %s ON coordination.inbox TO %s%s', given.privilege_type,
                            CASE given.grantee WHEN 0 THEN 'PUBLIC' ELSE given.grantee::regrole::text END,
                            CASE WHEN given.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END);
                    END LOOP;
                END $$;
                DROP TABLE coordination.inbox_before;
                """);
    }
}
