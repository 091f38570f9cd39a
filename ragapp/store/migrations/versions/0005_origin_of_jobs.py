"""The request that uploaded a document, for the jobs of the document"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    for name in ("request_id", "traceparent"):
        op.add_column("versions", sa.Column(name, sa.String(length=64), nullable=False, server_default=""))
