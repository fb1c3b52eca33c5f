from django.db import migrations


class Migration(migrations.Migration):
    phase = "fill"
    dependencies = [("guestbook", "0002_author")]
    operations = [
        migrations.RunSQL("UPDATE guestbook_entry SET author = name WHERE author IS NULL"),
    ]
