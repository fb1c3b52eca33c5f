threads_count = Integer(ENV.fetch("THREADS", 5))
threads threads_count, threads_count
workers Integer(ENV.fetch("WEB_CONCURRENCY", 2))
preload_app!

port ENV.fetch("PORT", 8080)

# The proxy has drained this container before it is told to end.
force_shutdown_after 20
