-- part: every
-- How far the look after sent messages has come: all that was sent before has been heard by its groups.
create table if not exists trade_cursor (
  name varchar(64) not null primary key,
  position bigint not null,
  position_id bigint not null
) engine=InnoDB default character set utf8mb4 collate utf8mb4_bin;
insert ignore into trade_cursor (name, position, position_id) values ('heard', 0, 0);
