"""Encoders"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('encoder',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('room_id', sa.String(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('token_hash', sa.String(), nullable=False),
    sa.Column('account_id', sa.String(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_encoder_account_id_account')),
    sa.ForeignKeyConstraint(['room_id'], ['room.id'], name=op.f('fk_encoder_room_id_room')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_encoder'))
    )
    with op.batch_alter_table('encoder', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_encoder_account_id'), ['account_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_encoder_room_id'), ['room_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_encoder_token_hash'), ['token_hash'], unique=True)


def downgrade() -> None:
    with op.batch_alter_table('encoder', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_encoder_token_hash'))
        batch_op.drop_index(batch_op.f('ix_encoder_room_id'))
        batch_op.drop_index(batch_op.f('ix_encoder_account_id'))
    op.drop_table('encoder')
