# Counts again what was counted already without harm: a worker that is killed has its job done anew.
class CountWordsJob < ApplicationJob
  def perform(note)
    note.update!(words: note.text.split.size)
  end
end
