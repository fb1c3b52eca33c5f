class CreateNotes < ActiveRecord::Migration[8.0]
  def change
    create_table :notes do |t|
      t.string :text, null: false
      t.integer :words
      t.timestamps
    end
    add_index :notes, :created_at
  end
end
