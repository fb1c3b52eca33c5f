host = "guestbook.example.com"
