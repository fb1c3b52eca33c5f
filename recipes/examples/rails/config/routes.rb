Rails.application.routes.draw do
  # Answers 200 once the app has booted. It asks neither PostgreSQL nor Redis: were one
  # of them down, the proxy would take out all containers at once.
  get "up", to: "rails/health#show"

  resources :notes, only: %i[index create]
  root "notes#index"
end
