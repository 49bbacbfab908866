"""Which function carries out which command about suppliers and tenders; ``Planner`` calls them in the writer thread."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apps.planning.asking import Outcome
from apps.tenders import commands, suppliers, tenders

TENDERS_DOING: Mapping[type, Callable[..., Outcome]] = {
    commands.SaveOrganisation: suppliers.save_organisation,
    commands.SwitchOrganisation: suppliers.switch_organisation,
    commands.AddSupplierPerson: suppliers.add_person,
    commands.SwitchSupplierPerson: suppliers.switch_person,
    commands.SendActivation: suppliers.send_activation,
    commands.ResetSecondStep: suppliers.reset_second_step,
    suppliers.SuppliersOfFile: suppliers.import_rows,
    commands.SaveTender: tenders.save,
    commands.ArchiveTender: tenders.archive,
    tenders.TendersOfFile: tenders.import_rows,
    commands.SetTenderSuppliers: tenders.set_suppliers,
    commands.RemoveTenderSupplier: tenders.remove_supplier,
}


FILES = (commands.ImportSuppliers, commands.ImportTenders)


def prepared(command: Any) -> Any:
    """Read the file of an import, which takes long, before the transaction begins; other commands stay as they are. Raises ``Refused``."""
    match command:
        case commands.ImportSuppliers():
            return suppliers.rows_of(command)
        case commands.ImportTenders():
            return tenders.rows_of(command)
        case _:
            return command
