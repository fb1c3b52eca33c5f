from django.forms import modelform_factory
from django.shortcuts import redirect, render

from guestbook.models import Entry

EntryForm = modelform_factory(Entry, fields=["author", "text"])


def book(request):
    form = EntryForm(request.POST or None)
    if form.is_valid():
        form.save()
        return redirect("book")
    return render(request, "guestbook/book.html", {"form": form, "entries": Entry.objects.all()[:50]})
