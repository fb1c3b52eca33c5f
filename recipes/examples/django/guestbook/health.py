"""Answers /up for the proxy, which asks by address and so would be no allowed host."""

from django.http import HttpResponse


def middleware(next_one):
    def answer(request):
        if request.path == "/up":
            return HttpResponse("up\n", content_type="text/plain")
        return next_one(request)

    return answer
