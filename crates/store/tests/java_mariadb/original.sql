-- The original's tables as its servers of old have them, and a day's rows, the odd ones among them. Ids of goods that int can't hold
-- stand in the stock log as its server, which is not strict, wrote them.
create table trade_coupon (coupon_id bigint(20) not null, coupon_price decimal(10,2) null, user_id bigint(20) null, order_id bigint(20) null,
  is_used int(1) null, used_time timestamp null, primary key (coupon_id), key coupon_user (user_id), key coupon_order (order_id)) engine=InnoDB default charset=utf8;
create table trade_goods (goods_id bigint(20) not null auto_increment, goods_name varchar(255) null, goods_number int(11) null, goods_price decimal(10,2) null,
  goods_desc varchar(255) null, add_time timestamp null, primary key (goods_id)) engine=InnoDB default charset=utf8;
create table trade_goods_number_log (goods_id int(11) not null, order_id varchar(32) not null, goods_number int(11) null, log_time datetime null)
  engine=InnoDB default charset=utf8;
create table trade_mq_consumer_log (msg_id varchar(50) null, group_name varchar(100) not null, msg_tag varchar(100) not null, msg_key varchar(100) not null,
  msg_body varchar(500) null, consumer_status int(1) null, consumer_times int(1) null, consumer_timestamp timestamp null, remark varchar(500) null,
  primary key (group_name, msg_tag, msg_key)) engine=InnoDB default charset=utf8;
create table trade_mq_producer_temp (id varchar(100) not null, group_name varchar(100) null, msg_topic varchar(100) null, msg_tag varchar(100) null,
  msg_key varchar(100) null, msg_body varchar(500) null, msg_status int(1) null,
  create_time timestamp not null default current_timestamp on update current_timestamp, primary key (id)) engine=InnoDB default charset=utf8;
create table trade_order (order_id bigint(20) not null, user_id bigint(20) null, order_status int(1) null, pay_status int(1) null, shipping_status int(1) null,
  address varchar(255) null, consignee varchar(255) null, goods_id bigint(20) null, goods_number int(11) null, goods_price decimal(10,2) null,
  goods_amount decimal(10,0) null, shipping_fee decimal(10,2) null, order_amount decimal(10,2) null, coupon_id bigint(20) null, coupon_paid decimal(10,2) null,
  money_paid decimal(10,2) null, pay_amount decimal(10,2) null, add_time timestamp null, confirm_time timestamp null, pay_time timestamp null,
  primary key (order_id), key order_user (user_id), key order_goods (goods_id), key order_coupon (coupon_id)) engine=InnoDB default charset=utf8;
create table trade_pay (pay_id bigint(20) not null, order_id bigint(20) null, pay_amount decimal(10,2) null, is_paid int(1) null,
  primary key (pay_id), key pay_order (order_id)) engine=InnoDB default charset=utf8;
create table trade_user (user_id bigint(20) not null auto_increment, user_name varchar(255) null, user_password varchar(255) null, user_mobile varchar(255) null,
  user_score int(11) null, user_reg_time timestamp null, user_money decimal(10,0) null, primary key (user_id)) engine=InnoDB default charset=utf8;
create table trade_user_money_log (user_id bigint(20) not null, order_id bigint(20) not null, money_log_type int(1) not null, use_money decimal(10,2) null,
  create_time timestamp null, primary key (user_id, order_id, money_log_type)) engine=InnoDB default charset=utf8;

set time_zone = '+08:00';
insert into trade_goods values (345959443973935104, '华为P30', 999, 5000.00, '夜间拍照更美', '2019-07-09 20:38:00'), (7, null, null, 12.50, null, null);
insert into trade_coupon values (345988230098857984, 20.00, 345963634385633280, null, 0, null), (31, 20.00, 345963634385633280, 1002, 1, '2020-01-01 10:00:00'),
  (32, null, null, null, null, null);
insert into trade_user values (345963634385633280, '刘备', '123L', '18888888888L', 100, '2019-07-09 13:37:03', 900),
  (2, null, null, '13900000000', null, null, null), (3, '张飞', 'zhangfei', '13900000000', 0, '2019-07-09 13:37:03', -2500);
-- 1001 paid; 1002 waits for money, its call was repeated, its goods amount lost its cents; 1003 called off, its row in the stock log deleted; 1004 never
-- finished; 1005 paid with a forged cent; 1006 paid, its message lost; 1007 called off, undone by nobody; 1008 paid, its message still to be sent
insert into trade_order values
  (1001, 345963634385633280, 1, 2, 0, '新西兰', null, 345959443973935104, 1, 5000.00, 5000, 0.00, 5000.00, null, 0.00, 100.00, 4900.00, '2020-01-01 10:00:00', '2020-01-01 10:00:01', null),
  (1002, 345963634385633280, 1, 0, 0, '新西兰', null, 7, 1, 12.50, 13, 10.00, 22.50, 31, 20.00, 0.00, 2.50, '2020-01-01 10:00:00', '2020-01-01 10:00:01', null),
  (1003, 345963634385633280, 2, 0, 0, '新西兰', null, 345959443973935104, 1, 5000.00, 5000, 0.00, 5000.00, 31, 20.00, 100.00, 4880.00, '2020-01-01 10:00:00', null, null),
  (1004, 345963634385633280, 0, 0, 0, '新西兰', null, 345959443973935104, 1, 5000.00, 5000, 0.00, 5000.00, null, null, 0.00, 5000.00, '2020-01-01 10:00:00', null, null),
  (1005, 3, 1, 2, 0, '新西兰', null, 345959443973935104, 1, 5000.00, 5000, 0.00, 5000.00, null, 0.00, 120.00, 4880.00, '2020-01-01 10:00:00', '2020-01-01 10:00:01', null),
  (1006, 345963634385633280, 1, 1, 0, '新西兰', null, 345959443973935104, 1, 5000.00, 5000, 0.00, 5000.00, null, 0.00, 0.00, 5000.00, '2020-01-01 10:00:00', '2020-01-01 10:00:01', null),
  (1007, 345963634385633280, 2, 0, 0, null, null, 345959443973935104, 1, 5000.00, 5000, 0.00, 5000.00, null, 0.00, 0.00, 5000.00, null, null, null),
  (1008, 345963634385633280, 1, 0, 0, '新西兰', null, 345959443973935104, 1, 5000.00, 5000, 0.00, 5000.00, null, 0.00, 0.00, 5000.00, '2020-01-01 10:00:00', '2020-01-01 10:00:01', null);
insert into trade_goods_number_log values (2147483647, '1001', -1, '2020-01-01 10:00:00'), (7, '1002', -1, '2020-01-01 10:00:00'), (7, '1002', -1, null),
  (2147483647, '1004', -1, '2020-01-01 10:00:00'), (2147483647, '1005', -1, '2020-01-01 10:00:00'), (2147483647, '1006', -1, '2020-01-01 10:00:00'),
  (2147483647, '1007', -1, '2020-01-01 10:00:00'), (2147483647, '1008', -1, '2020-01-01 10:00:00');
insert into trade_user_money_log values (345963634385633280, 1001, 1, 100.00, '2020-01-01 10:00:00'), (345963634385633280, 1003, 1, 100.00, '2020-01-01 10:00:00'),
  (345963634385633280, 1003, 2, 100.00, '2020-01-01 10:00:00'), (3, 1005, 1, 120.00, null);
insert into trade_pay values (5001, 1001, 4900.00, 2), (5002, 1002, 2.50, 0), (5003, 1002, 2.50, 0), (5005, 1005, 0.01, 2), (5006, 1006, 5000.00, 2), (5008, 1008, 5000.00, 2);
insert into trade_mq_consumer_log values
  ('AC1', 'order-out-group', 'order_cancel', '1003', '{"orderId":1003,"couponId":31,"userId":345963634385633280,"userMoney":100,"goodsId":345959443973935104,"goodsNum":1}', 1, 1, '2020-01-01 10:00:02', null),
  (null, 'order-out-group', 'order_cancel', '1007', '{"orderId":1007,"couponId":null,"userId":345963634385633280,"userMoney":0,"goodsId":345959443973935104,"goodsNum":1}', 2, 3, null, null);
insert into trade_mq_producer_temp values
  ('1322698832693301248', 'payProducerGroup', 'payTopic', 'paid', '5008', '{"payId":5008,"orderId":1008,"payAmount":5000.00,"isPaid":2}', 0, '2020-01-01 10:00:03'),
  ('1322698832693301249', 'payProducerGroup', 'payTopic', null, null, null, 0, '2020-01-01 10:00:03');
set time_zone = '+00:00';
