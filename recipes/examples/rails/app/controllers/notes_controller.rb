class NotesController < ApplicationController
  def index
    @note = Note.new
    @notes = Note.order(created_at: :desc).limit(50)
  end

  def create
    @note = Note.new(params.expect(note: [:text]))
    if @note.save
      CountWordsJob.perform_later(@note)
      redirect_to root_path
    else
      @notes = Note.order(created_at: :desc).limit(50)
      render :index, status: :unprocessable_entity
    end
  end
end
