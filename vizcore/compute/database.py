"""The tables, and the two ways to them: reading, and writing one change at a time."""

from contextlib import contextmanager

import sqlalchemy as sa

_METADATA = sa.MetaData()

RUNS = sa.Table(
    "runs",
    _METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("visitor", sa.String(64), nullable=False, index=True),
    sa.Column("name", sa.String(100), nullable=False),
    sa.Column("job", sa.String(200), nullable=False),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("epochs", sa.Integer, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("note", sa.Text, nullable=False, default=""),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("asked", sa.Double, nullable=False),
    sa.Column("started", sa.Double),
    sa.Column("ended", sa.Double),
    sa.Column("epochs_done", sa.Integer, nullable=False, default=0),
    sa.Column("checkpoint", sa.String(64), nullable=False, default=""),
    sa.Column("deaths", sa.Integer, nullable=False, default=0),
    sa.Column("ticket", sa.String(64), nullable=False, default="", index=True),
    sa.Column("worker", sa.String(200), nullable=False, default=""),
    sa.Column("metrics", sa.JSON, nullable=False, default=dict),
)

EPOCHS = sa.Table(
    "epochs",
    _METADATA,
    sa.Column("run", sa.ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("ended", sa.Double, nullable=False),
    sa.Column("metrics", sa.JSON, nullable=False),
)


class Database:
    """One database, for any number of threads and processes.

    Parameters
    ----------
    url : str
        An SQLAlchemy URL. SQLite files get a write-ahead log, so that readers never wait.
    """

    def __init__(self, url):
        self._engine = sa.create_engine(url, pool_pre_ping=True)
        if self._engine.dialect.name == "sqlite":
            sa.event.listen(self._engine, "connect", _prepare_sqlite)
            sa.event.listen(self._engine, "begin", _begin_sqlite)
        self._make_tables()

    def _make_tables(self):
        try:
            _METADATA.create_all(self._engine)
        except sa.exc.DBAPIError:
            # Another process has just made the same table; whatever else is wrong, is so again.
            _METADATA.create_all(self._engine)

    @contextmanager
    def reading(self):
        """Give a connection on which every query sees the latest state."""
        with self._engine.connect().execution_options(reading=True) as connection:
            yield connection

    @contextmanager
    def writing(self):
        """Give a connection whose changes happen together, or not at all."""
        with self._engine.begin() as connection:
            yield connection

    def close(self):
        """Let go of the connections."""
        self._engine.dispose()


def _prepare_sqlite(connection, _):
    connection.isolation_level = None  # transactions begin where `_begin_sqlite` says
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("PRAGMA busy_timeout=20000")


def _begin_sqlite(connection):
    # A transaction that reads first and writes later cannot wait for its turn; this one can.
    if not connection.get_execution_options().get("reading"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
