Rails.application.configure do
  config.enable_reloading = false
  config.eager_load = true
  config.consider_all_requests_local = false
  config.action_controller.perform_caching = true

  # To standard output, where the engine keeps it; health checks are not worth a line.
  config.logger = ActiveSupport::TaggedLogging.logger($stdout)
  config.log_tags = [:request_id]
  config.silence_healthcheck_path = "/up"

  # The proxy asks /up by address, and so by no host that clients know.
  config.hosts = ENV.fetch("ALLOWED_HOSTS", "localhost").split(",")
  config.host_authorization = { exclude: ->(request) { request.path == "/up" } }

  config.active_record.dump_schema_after_migration = false
end
