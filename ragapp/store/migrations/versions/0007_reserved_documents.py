"""Documents that only one command may parse, because only that knows their password"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    reserved = sa.Column("reserved_for", sa.String(length=64), nullable=False, server_default="")
    op.add_column("versions", reserved)
