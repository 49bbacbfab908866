"""Layers, concealment and freezes in quality"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('quality', schema=None) as batch_op:
        batch_op.add_column(sa.Column('up_layer', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('down_layer', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('concealed_pct', sa.Float(), nullable=True))
        batch_op.add_column(sa.Column('frozen_s', sa.Float(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table('quality', schema=None) as batch_op:
        batch_op.drop_column('frozen_s')
        batch_op.drop_column('concealed_pct')
        batch_op.drop_column('down_layer')
        batch_op.drop_column('up_layer')
