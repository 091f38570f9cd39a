"""What each user selected last"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.create_table(
        "preferences",
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("last_collection", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("owner", name=op.f("pk_preferences")),
    )
