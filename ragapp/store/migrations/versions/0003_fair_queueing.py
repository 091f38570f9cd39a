"""Fair queueing: priorities, owners, back-off, and the time spent on each stage"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("versions", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("lane", sa.String(length=16), nullable=False, server_default="interactive")
        )
        batch_op.add_column(sa.Column("owner", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("turn", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("not_before", sa.Float(), nullable=True))
        batch_op.add_column(sa.Column("trouble", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("troubles", sa.Integer(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("seconds", sa.JSON(), nullable=False, server_default="{}"))
        batch_op.add_column(sa.Column("searchable_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.drop_index(batch_op.f("ix_versions_status_id"))
        batch_op.create_index(
            batch_op.f("ix_versions_status_lane_turn_id"), ["status", "lane", "turn", "id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_versions_status_lane_owner_turn"),
            ["status", "lane", "owner", "turn"],
            unique=False,
        )
