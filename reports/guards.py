"""What the database itself refuses: any change of a sealed month, for every role and every tool.

After each statement that adds, changes or removes rows of a guarded table, a trigger works out the local months that
the rows touch, as they were and as they are. It shares the lock of each month, so that a month is sealed either before
or after the statement, never in between, and then asks whether the month is sealed. A sealed month lets nobody in but
the transaction of its open correction (`models.MonthCorrection`), and that only until the transaction has sealed the
next version, without which the database does not commit it.

The triggers are enabled ALWAYS, which covers replication roles too, and they refuse what they cannot judge: isolation
levels under which a transaction does not see what others have committed. Who may change the tables themselves can
take triggers off; `verifying` notices.

A new table that holds records of a month is added to `GUARDED` and given its triggers by a migration that runs
`operation("its_table")`. A test fails on a table of findings or patrols that is neither here nor in `UNGUARDED`.
"""

from collections.abc import Mapping
from typing import Final

from django.db import connection, migrations

from apk.sealed import CONSTRAINT
from reports.models.closing import LOCK_SPACE

# For each table the months that its rows touch: a query over the rows, which are called `changed`.
GUARDED: Final[Mapping[str, str]] = {
    "findings_finding": "SELECT reports_month_of(found_at) FROM changed",
    "findings_photo": (
        "SELECT reports_month_of(finding.found_at) FROM changed"
        " JOIN findings_finding AS finding ON finding.id = changed.finding_id"
    ),
    # Every month in which the shift has an instant; its end is no longer in it.
    "patrols_shift": (
        "SELECT generate_series(reports_month_of(start), reports_month_of(\"end\" - interval '1 microsecond'),"
        " interval '1 month')::date FROM changed"
    ),
    # Whether a shift counts: a draft does not.
    "patrols_announcement": (
        "SELECT generate_series(reports_month_of(shift.start),"
        " reports_month_of(shift.\"end\" - interval '1 microsecond'), interval '1 month')::date FROM changed"
        " JOIN patrols_shift AS shift ON shift.id = changed.shift_id"
    ),
    "patrols_activity": "SELECT reports_month_of(at) FROM changed",
    "patrols_activitycount": (
        "SELECT reports_month_of(activity.at) FROM changed"
        " JOIN patrols_activity AS activity ON activity.id = changed.activity_id"
    ),
    "patrols_attendance": "SELECT reports_month_of(at) FROM changed",
    "patrols_fieldcheck": "SELECT reports_month_of(checked_at) FROM changed",
    "patrols_training": "SELECT date_trunc('month', held_on)::date FROM changed",
    # What was found and was gone when its month ended is that month's figure too.
    "findings_handedbox": (
        "SELECT date_trunc('month', handed_on)::date FROM changed"
        " UNION SELECT reports_month_of(finding.found_at) FROM changed"
        " JOIN findings_deposit AS deposit ON deposit.box_id = changed.box_id"
        " JOIN findings_finding AS finding ON finding.id = deposit.finding_id"
        " WHERE changed.stands AND reports_month_of(finding.found_at) >= date_trunc('month', changed.handed_on)::date"
    ),
    # In which box a finding lies bears upon the month in which the box was handed over, and upon the finding's own
    # month unless the box went away only after it.
    "findings_deposit": (
        "SELECT touched.month FROM changed"
        " JOIN findings_finding AS finding ON finding.id = changed.finding_id"
        " JOIN findings_handedbox AS handed ON handed.box_id = changed.box_id AND handed.stands"
        " CROSS JOIN LATERAL (VALUES (date_trunc('month', handed.handed_on)::date),"
        " (reports_month_of(finding.found_at))) AS touched (month)"
        " WHERE touched.month >= date_trunc('month', handed.handed_on)::date"
    ),
    "reports_monthlysummary": "SELECT month FROM changed",
    "reports_monthnarrative": "SELECT month FROM changed",
}
"""Tables whose rows belong to months."""

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {"patrols_announcement": ("id", "shift_id")}
"""Of some tables only these columns bear upon figures; the others change as they like."""

CODE_LIST: Final = "entries may be renamed and retired; sealed figures hold the names of their time"
ANNOUNCED: Final = "what assistants were told of the plan and what they said to it; no figure counts it"
UNGUARDED: Final[Mapping[str, str]] = {
    "findings_waitingphoto": "belongs to no month until its finding is released or its month corrected",
    "findings_accesskey": "who may read findings by a program, no record",
    "findings_box": "where a box is and whether it is closed is in no figure; a month's handed boxes are guarded",
    "findings_carrying": "who carried a box is in no figure",
    "findings_handover": "a handover is confirmed later; what it says of boxes and pieces is guarded with them",
    "findings_sighting": "what others told of and what came of it; what was found is a finding",
    "findings_covering": "what is painted over in a photo that is shown; the photo itself is guarded",
    "findings_question": "what the desk asked and the finder said; what follows of it changes the finding",
    "findings_injury": "in no figure",
    "findings_injurystep": "in no figure",
    "findings_recipient": CODE_LIST,
    "findings_place": "names and positions of places may change; sealed figures hold those of their time",
    "patrols_notice": ANNOUNCED,
    "patrols_override": ANNOUNCED,
    "patrols_publication": ANNOUNCED,
    "patrols_activitykind": CODE_LIST,
    "patrols_calledpatrol": CODE_LIST,
    "patrols_counter": CODE_LIST,
    "patrols_organisation": CODE_LIST,
    "patrols_referralreason": CODE_LIST,
    "patrols_trainingkind": CODE_LIST,
    "patrols_absence": "who was away is in no figure; hours are those of shifts and attendance",
    "patrols_checkedassistant": "whom a field check concerned is in no figure; the check itself is guarded",
    "patrols_attendancestep": "who approved which day; the hours are those of attendance, which is guarded",
    "patrols_correctionrequest": "what an assistant proposes; it becomes attendance when the mentor takes it over",
    "patrols_coverneed": "what the plan should cover is in no figure",
    "patrols_legallimit": "what the plan is judged by is in no figure",
    "patrols_pair": "who goes with whom is in no figure",
    "patrols_proposal": "nothing of it is in the plan until it is taken over, as shifts",
    "patrols_swap": "who would exchange what; the exchange itself changes shifts",
    "patrols_calendarfeed": "an address of a calendar, no record",
    "patrols_operation": "steps of the plan that can be undone; what they change is guarded in its own tables",
    "patrols_shifttemplate": "a usual time of shifts, no record",
    "patrols_trainingneed": "what shifts need is in no figure",
}
"""Tables of findings and patrols that hold no records of a month, and why."""

APPEND_ONLY: Final = ("reports_closingstep", "reports_monthcorrection", "reports_seal")
"""Tables that only grow."""

HANDED_OVER: Final = ("reports_submission",)
"""Tables of what was handed over, which only grow too."""

SHARED: Final = f"""
-- The first day of the local month of an instant.
CREATE FUNCTION reports_month_of(instant timestamptz) RETURNS date LANGUAGE sql IMMUTABLE PARALLEL SAFE
AS $function$ SELECT date_trunc('month', instant AT TIME ZONE 'Europe/Prague')::date $function$;

CREATE FUNCTION reports_refuse_sealed(months date[], changed_table text) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
DECLARE
    touched date;
BEGIN
    FOR touched IN SELECT DISTINCT given.day FROM unnest(months) AS given (day) ORDER BY 1
    LOOP
        PERFORM pg_advisory_xact_lock_shared(
            {LOCK_SPACE}, (extract(year FROM touched) * 12 + extract(month FROM touched))::int
        );
        CONTINUE WHEN EXISTS (
            SELECT FROM reports_monthcorrection AS correction
             WHERE correction.month = touched AND correction.transaction = txid_current()
               AND NOT EXISTS (SELECT FROM reports_seal AS seal WHERE seal.correction_id = correction.id)
        );
        IF current_setting('transaction_isolation') NOT IN ('read committed', 'read uncommitted') THEN
            RAISE EXCEPTION 'records of months are written under READ COMMITTED only'
                USING ERRCODE = 'feature_not_supported', TABLE = changed_table;
        END IF;
        IF EXISTS (SELECT FROM reports_seal AS seal WHERE seal.month = touched) THEN
            RAISE EXCEPTION 'the month % is sealed', to_char(touched, 'YYYY-MM')
                USING ERRCODE = 'restrict_violation', CONSTRAINT = '{CONSTRAINT}', TABLE = changed_table,
                      DETAIL = to_char(touched, 'YYYY-MM');
        END IF;
    END LOOP;
END
$function$;

CREATE FUNCTION reports_refuse_emptying() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    LOCK TABLE reports_seal IN SHARE MODE;
    IF EXISTS (SELECT FROM reports_seal) THEN
        RAISE EXCEPTION 'some month is sealed, its records cannot be truncated'
            USING ERRCODE = 'restrict_violation', CONSTRAINT = '{CONSTRAINT}', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$function$;

CREATE FUNCTION reports_append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    IF TG_OP = 'TRUNCATE' AND NOT EXISTS (SELECT FROM reports_seal) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION '% only grows', TG_TABLE_NAME USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME;
END
$function$;

CREATE FUNCTION reports_number_correction() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    NEW.transaction := txid_current();
    RETURN NEW;
END
$function$;

CREATE FUNCTION reports_demand_seal() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT FROM reports_seal AS seal
          JOIN reports_seal AS former ON former.month = seal.month AND former.version = seal.version - 1
         WHERE seal.correction_id = NEW.id AND seal.month = NEW.month
    ) THEN
        RAISE EXCEPTION 'the correction of % seals no next version', to_char(NEW.month, 'YYYY-MM')
            USING ERRCODE = 'restrict_violation', CONSTRAINT = '{CONSTRAINT}', TABLE = TG_TABLE_NAME;
    END IF;
    RETURN NULL;
END
$function$;

CREATE TRIGGER number_correction BEFORE INSERT ON reports_monthcorrection
    FOR EACH ROW EXECUTE FUNCTION reports_number_correction();
ALTER TABLE reports_monthcorrection ENABLE ALWAYS TRIGGER number_correction;
CREATE CONSTRAINT TRIGGER demand_seal AFTER INSERT ON reports_monthcorrection DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION reports_demand_seal();
ALTER TABLE reports_monthcorrection ENABLE ALWAYS TRIGGER demand_seal;
"""  # noqa: S608 - made of the constants above

SHARED_UNDONE: Final = """
DROP TRIGGER demand_seal ON reports_monthcorrection;
DROP TRIGGER number_correction ON reports_monthcorrection;
DROP FUNCTION reports_demand_seal();
DROP FUNCTION reports_number_correction();
DROP FUNCTION reports_append_only();
DROP FUNCTION reports_refuse_emptying();
DROP FUNCTION reports_refuse_sealed(date[], text);
DROP FUNCTION reports_month_of(timestamptz);
"""


def judging(table: str) -> str:
    """SQL of the function that works out the months of a table of `GUARDED` and asks whether they are sealed."""
    months = GUARDED[table]
    old, new = (f"WITH changed AS (TABLE {rows}) {months}" for rows in ("old_rows", "new_rows"))
    return f"""
CREATE OR REPLACE FUNCTION reports_guard_{table}() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $function$
DECLARE
    months date[] := '{{}}';
BEGIN
    {unchanged(table)}IF TG_OP IN ('UPDATE', 'DELETE') THEN
        months := months || ARRAY({old});
    END IF;
    IF TG_OP IN ('UPDATE', 'INSERT') THEN
        months := months || ARRAY({new});
    END IF;
    PERFORM reports_refuse_sealed(months, TG_TABLE_NAME);
    RETURN NULL;
END
$function$;
"""


def guard(table: str) -> str:
    """SQL that puts the guard on a table of `GUARDED`."""
    rows = {
        "insert": "REFERENCING NEW TABLE AS new_rows",
        "update": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
        "delete": "REFERENCING OLD TABLE AS old_rows",
    }
    triggers = [
        f"CREATE TRIGGER sealed_month_{event} AFTER {event.upper()} ON {table} {referencing}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION reports_guard_{table}()"
        for event, referencing in rows.items()
    ]
    triggers.append(
        f"CREATE TRIGGER sealed_month_truncate BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION reports_refuse_emptying()"
    )
    enabled = [f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}" for name in GUARDS]
    return judging(table) + ";\n".join([*triggers, *enabled]) + ";\n"


GUARDS: Final = ("sealed_month_insert", "sealed_month_update", "sealed_month_delete", "sealed_month_truncate")
"""The triggers of a guarded table."""


def unchanged(table: str) -> str:
    """How the guard of a table of `COLUMNS` begins: an update that leaves those columns as they were is let through."""
    if table not in COLUMNS:
        return ""
    before, after = (
        f"SELECT {', '.join(COLUMNS[table])} FROM {rows}"  # noqa: S608 - names of columns, of nobody's making
        for rows in ("old_rows", "new_rows")
    )
    return f"""IF TG_OP = 'UPDATE' THEN
        -- As many rows on both sides: what is new among them is in place of something old.
        IF NOT EXISTS ({after} EXCEPT {before}) THEN
            RETURN NULL;
        END IF;
    END IF;
    """


def unguard(table: str) -> str:
    dropped = [f"DROP TRIGGER {name} ON {table}" for name in GUARDS]
    return ";\n".join([*dropped, f"DROP FUNCTION reports_guard_{table}()"]) + ";\n"


def keep(table: str) -> str:
    """SQL that lets a table only grow."""
    return (
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION reports_append_only();\n"
        f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only;\n"
    )


def keeping(table: str) -> migrations.RunSQL:
    """For a migration: lets a table only grow."""
    return migrations.RunSQL(keep(table), f"DROP TRIGGER append_only ON {table}")


def operation(table: str) -> migrations.RunSQL:
    """For a migration: puts the guard on a table of `GUARDED`."""
    return migrations.RunSQL(guard(table), unguard(table))


def anew(table: str) -> migrations.RunSQL:
    """For a migration: lets the guard that a table has look at the months that `GUARDED` says now.

    Undone it stays as it is: a guard that refuses less than the sealed rows need is worth nothing.
    """
    return migrations.RunSQL(judging(table), migrations.RunSQL.noop)


def wanted() -> set[tuple[str, str]]:
    """Every (table, trigger) that must be there and enabled ALWAYS."""
    return (
        {(table, name) for table in GUARDED for name in GUARDS}
        | {(table, "append_only") for table in (*APPEND_ONLY, *HANDED_OVER)}
        | {("reports_monthcorrection", name) for name in ("number_correction", "demand_seal")}
    )


def missing() -> list[tuple[str, str]]:
    """Those of `wanted` that are not there or do not fire, in alphabetical order. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relation.relname, tgname FROM pg_trigger JOIN pg_class AS relation ON relation.oid = tgrelid"
            " JOIN pg_namespace AS space ON space.oid = relation.relnamespace"
            " WHERE space.nspname = 'public' AND tgenabled = 'A' AND NOT tgisinternal"
        )
        return sorted(wanted() - set(cursor.fetchall()))
