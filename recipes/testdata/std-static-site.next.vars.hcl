single_page = true
