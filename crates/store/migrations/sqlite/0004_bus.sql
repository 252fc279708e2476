-- part: every
-- How far the look after sent messages has come: all that was sent before has been heard by its groups.
create table if not exists trade_cursor (
  name text not null primary key,
  position integer not null,
  position_id integer not null
) strict;
insert or ignore into trade_cursor (name, position, position_id) values ('heard', 0, 0);
