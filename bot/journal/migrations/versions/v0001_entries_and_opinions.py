"""Questions with their answers, and opinions of them."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """From nothing."""
    op.create_table(
        "entry",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("visit", sa.String(64), nullable=False),
        sa.Column("request_id", sa.String(64), nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("lang", sa.String(8), nullable=False),
        sa.Column("route", sa.String(32), nullable=False),
        sa.Column("completeness", sa.String(32), nullable=False),
        sa.Column("refusal", sa.String(32)),
        sa.Column("confidence", sa.String(32)),
        sa.Column("districts", sa.JSON, nullable=False),
        sa.Column("measures", sa.JSON, nullable=False),
        sa.Column("checked", sa.Integer, nullable=False),
        sa.Column("model", sa.String(200)),
        sa.Column("index_version", sa.String(64), nullable=False),
        sa.Column("encode_ms", sa.Float, nullable=False),
        sa.Column("search_ms", sa.Float, nullable=False),
        sa.Column("compose_ms", sa.Float, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
    )
    op.create_index("entry_at", "entry", ["at"])
    op.create_table(
        "opinion",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("up", sa.Boolean, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("opinion_at", "opinion", ["at"])


def downgrade() -> None:
    """Back to nothing."""
    op.drop_table("opinion")
    op.drop_table("entry")
