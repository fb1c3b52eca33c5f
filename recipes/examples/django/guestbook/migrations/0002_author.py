from django.db import migrations, models


class Migration(migrations.Migration):
    """The new release writes author alone, the old one name alone."""

    phase = "expand"
    dependencies = [("guestbook", "0001_initial")]
    operations = [
        migrations.AddField("entry", "author", models.CharField(max_length=80, null=True)),
        migrations.AlterField("entry", "name", models.CharField(max_length=80, null=True)),
    ]
