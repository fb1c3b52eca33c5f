from django.db import migrations, models


class Migration(migrations.Migration):
    """Copies what the old release wrote until it stopped, and drops what only that one used."""

    phase = "contract"
    dependencies = [("guestbook", "0003_author_filled")]
    operations = [
        migrations.RunSQL("UPDATE guestbook_entry SET author = name WHERE author IS NULL"),
        migrations.AlterField("entry", "author", models.CharField(max_length=80)),
        migrations.RemoveField("entry", "name"),
    ]
