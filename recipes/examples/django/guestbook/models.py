from django.db import models


class Entry(models.Model):
    author = models.CharField(max_length=80)
    text = models.CharField(max_length=500)
    written = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        ordering = ["-written"]

    def __str__(self):
        return f"{self.author}: {self.text[:40]}"
