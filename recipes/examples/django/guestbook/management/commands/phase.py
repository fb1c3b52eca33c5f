"""Applies the migrations of a phase, and of the phases before it: manage.py phase expand."""

from itertools import takewhile

from django.core.management import BaseCommand, call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

PHASES = ["expand", "fill", "contract"]


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser):
        parser.add_argument("phase", choices=PHASES)

    def handle(self, *args, phase, **options):
        due = PHASES[: PHASES.index(phase) + 1]
        executor = MigrationExecutor(connection)
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
        # What comes after a migration of a later phase may need it, and waits with it.
        for migration, _ in takewhile(lambda step: getattr(step[0], "phase", "expand") in due, waiting):
            call_command("migrate", migration.app_label, migration.name, interactive=False)
