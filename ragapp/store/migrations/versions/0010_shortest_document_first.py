"""The shortest of an owner's documents first; documents that already wait go before new ones"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("versions", sa.Column("rank", sa.Float(), nullable=False, server_default="0"))
    op.create_index(
        op.f("ix_versions_status_lane_owner_rank_id"), "versions", ["status", "lane", "owner", "rank", "id"]
    )
